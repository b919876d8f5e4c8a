"""The phone at the river: links, photographs, words; and the store that keeps originals whole."""
