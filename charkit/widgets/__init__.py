"""Things to click in a notebook: thin views of what lies on disk, so batch, tests and a reopened notebook agree."""
