"""Pages, forms and feeds over HTTP: shapes are checked here, decisions are made in services."""
