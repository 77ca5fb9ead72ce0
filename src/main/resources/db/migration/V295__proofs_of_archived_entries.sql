-- Nodes below level 8 too: those that a proof from a checkpoint needs once the entries of its segment are dropped.
ALTER TABLE audit_subtree DROP CONSTRAINT audit_subtree_level_check, ADD CHECK (level >= 0);
