"""The child's file: identity, carers, plan, consents, parents' facts, timeline; and sight, which says who sees what."""
