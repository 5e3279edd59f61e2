"""The config as pydantic models: data and validators alone.

Values travel to jobs as canonical JSON in a rule's params, so this package is left out of the code digests: what it can
change is already in the params. A test walks the syntax trees to see that it stays so.

- ``workflow``: the whole; ``rows``: rows of the leaderboard; ``modalities``: CT, MR and pictures in a row;
  ``report``: what the report shows; ``predict``: folders of new scans;
- ``datasets``, ``dataset_base``, ``dicom_datasets``, ``nifti_datasets``: data sets; ``overlaps``: those that share
  patients;
- ``splits``: who trains, validates, tunes and is tested; ``searches``, ``search_places``, ``tuning``: values left to a
  search, where they stand, and how they are chosen;
- ``brain``, ``slices``, ``enhancements``, ``classifiers``, ``swin``, ``small_resnet``, ``heads``, ``chains``,
  ``elsewhere``, ``saliency``, ``masks``, ``detectors``, ``segmenters``, ``losses``, ``training``, ``processes``,
  ``faithfulness``, ``scoring``: one a family or a stage;
- ``base``: what all models share; ``names``: names and the nearest valid one;
- ``read``: from a file to a mapping; ``load``: from a mapping to the checked config, or one sentence;
- ``document``, ``schema``: the reference of all keys and the JSON schema.
"""
