"""What a prediction is written as, a scan a folder, in the scan's own geometry.

- ``write``: all of it; ``prediction``: what ``prediction.json`` says;
- ``nifti_files``: masks and probability as NIfTI; ``even_stack``: the same without tilt and uneven gaps;
- ``segmentation`` and ``measurement_report``: the same as DICOM SEG and SR; ``source_images``: the images they refer
  to; ``dicom_header``: what they say of themselves; ``coding``: names, codes and colours of classes;
- ``measurements``: what is measured of classes and lesions, ``shape``: of the form of one; ``volumes_table``: as CSV;
- ``page``: the page of a scan.
"""

from bleedmap.predict.outputs.write import FILES, remove_outputs, write_outputs

__all__ = ["FILES", "remove_outputs", "write_outputs"]
