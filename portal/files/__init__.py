"""Pictures and documents that rooms above keep with their records: checked, freed of metadata, sealed at rest.

An attachment belongs to one record (`subject_kind`, `subject_ref`); the room of that record decides who may have it
and holds the route. Nothing is written to a folder: the sealed content is a column, so that a backup has it too.
"""
