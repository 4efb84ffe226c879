"""Publishing: releases, dictionary, contracts as documents, pages."""
