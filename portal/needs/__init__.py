"""Needs: what a child or a household lacks, heard at the door, solved level by level, closed when the family has it."""
