"""The parts of the measurements; each gives a section of the results."""
