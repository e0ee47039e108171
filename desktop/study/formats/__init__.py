"""File formats of study definitions: our YAML and ODM-XML."""
