"""What is true regardless of the website: numbers in, numbers out.

No Django, no files, no clock, no network. Randomness, data and the valuation
date arrive as arguments.
"""
