ALTER TABLE backend ADD COLUMN template_variables boolean NOT NULL DEFAULT true;
COMMENT ON COLUMN backend.template_variables IS 'whether it takes chat_template_kwargs';
