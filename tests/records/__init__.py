"""Tests of the documents, scripts, images, bags and their verifier."""
