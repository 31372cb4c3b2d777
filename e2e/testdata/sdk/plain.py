"""The same without the SDK, wherever it runs."""
import time

time.sleep(0.3)
raise ValueError("no such thing")
