ALTER TABLE alias_target ADD COLUMN min_prompt_tokens integer NOT NULL DEFAULT 0 CHECK (min_prompt_tokens >= 0);
ALTER TABLE alias_target ADD COLUMN max_prompt_tokens integer CHECK (max_prompt_tokens >= min_prompt_tokens);
COMMENT ON COLUMN alias_target.min_prompt_tokens IS 'the target gets no shorter prompts';
COMMENT ON COLUMN alias_target.max_prompt_tokens IS 'the target gets no longer prompts; null: of any length';
