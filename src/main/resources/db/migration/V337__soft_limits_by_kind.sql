-- Each limit of a budget (of tokens, requests, cost) has its own soft limit, and each is told once in a window. Those that were told before are told once more.
ALTER TABLE quota_window ADD COLUMN soft_kinds text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN quota_window.soft_kinds IS 'the limits of which it was told that their soft limit is passed: tokens, requests, cost';
COMMENT ON COLUMN quota_window.soft_at IS 'when it was told last that a soft limit is passed';
