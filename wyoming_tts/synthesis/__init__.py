"""From a request to one continuous answer."""
