"""Where everything is kept: tables, migrations and the repositories behind the services' ports."""
