# Teh tools.

def recieve(value):
    """Gives it back."""
    return value
