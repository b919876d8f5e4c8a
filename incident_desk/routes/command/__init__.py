"""The command tab of a case: headquarters, instructions, papers, response, heads at the scene, minutes."""
