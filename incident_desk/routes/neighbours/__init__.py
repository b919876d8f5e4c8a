"""Pages on neighbours: notices of a case, files received, the register of agreements, progress reports."""
