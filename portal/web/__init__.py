"""What every page stands on, without tables: the gate, forms, lists, export, headers, language, error pages."""
