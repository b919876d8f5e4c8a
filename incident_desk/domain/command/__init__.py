"""Command and papers: headquarters, instructions, proposals to the government, response, scene, minutes."""
