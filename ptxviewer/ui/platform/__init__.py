"""Where the window meets the desktop: threads, files, screens, icons, style."""
