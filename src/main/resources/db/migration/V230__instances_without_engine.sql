-- False: it passes requests on to backends, has no models and is not waited for when one is loaded.
ALTER TABLE instance ADD COLUMN engine boolean NOT NULL DEFAULT true;
