"""How Hypothesis runs here: no deadline per example, for a busy machine is not a wrong answer."""

from hypothesis import HealthCheck, settings

settings.register_profile("letopis", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("letopis")
