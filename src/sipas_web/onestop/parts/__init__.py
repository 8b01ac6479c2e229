"""What each part of the app registers when the application starts."""
