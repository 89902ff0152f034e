"""The AWS that Wellproof's tests and its demo recording talk to.

moto answers what it can; what it lacks or gets wrong is answered here. Every answer is
checked against botocore's service models before it is sent. See README.md.
"""
