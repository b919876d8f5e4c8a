"""The law on screens: every rule the desk goes by."""
