"""The measurements behind every claim about performance."""
