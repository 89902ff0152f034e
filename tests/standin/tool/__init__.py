"""The AWS Well-Architected Tool: lenses, workloads and what people answered, kept between calls.

`answers/wellarchitected.py` tells it in the API's shapes.
"""
