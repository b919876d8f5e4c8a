"""The end of a case: five first moments, three checks, the closing gate, four properties of a package."""
