"""What leaves the office on paper or stays in the archive: documents, scripts, images, bags and their verifier."""
