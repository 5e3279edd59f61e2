"""bleedmap: from slice labels to scored hemorrhage masks on head CT."""

__version__ = "0.1.0"
