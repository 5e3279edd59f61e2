"""All faults of DICOM scans, by name."""

from . import faults_of_files, faults_of_headers, faults_of_series
from .dicom_fault import FAULTS

__all__ = ["FAULTS", "faults_of_files", "faults_of_headers", "faults_of_series"]
