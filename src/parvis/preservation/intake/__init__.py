"""A register on its way in: a sheet of lines, a folder or an archive of scans."""
