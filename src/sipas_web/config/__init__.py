"""What runs the application: settings, addresses, the server, the command line."""
