"""Published tables computed again from the authors' data, and how far they are from print."""
