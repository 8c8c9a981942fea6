"""What is done with referrals: the only writers of this room's tables."""
