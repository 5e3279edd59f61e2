"""Numbers and names of the field that several stages share, each in this one place."""

AIR_HU = -1024  # the lowest value a volume holds; black in every window
HIGHEST_HU = 3071  # the highest value of 12 bits that start at air

# the window in which a radiologist looks for a bleed (methods-spec 0.2, RSNA standard), HU
BRAIN_LEVEL_HU, BRAIN_WIDTH_HU = 40.0, 80.0

MM3_PER_ML = 1000.0

SUBTYPES = ("iph", "ivh", "sah", "sdh", "edh")  # voxel values 1..5 of masks with subtypes
CLASSES = ("any", *SUBTYPES)  # of labels, logits, maps and scores

UNKNOWN_LABEL = -1  # a slice or scan of which nobody said whether it bleeds
UNKNOWN_VOXEL = 255  # a voxel of a mask of which nobody knows; losses leave it out

SCAN_MB = 2000  # memory, MB, that reading one scan may take unless a config says otherwise; see ``volumes.budget``
