"""Laws of the engine are tried on many examples; how long one takes says nothing of its truth."""

from hypothesis import settings

settings.register_profile("engine", deadline=None)
settings.load_profile("engine")
