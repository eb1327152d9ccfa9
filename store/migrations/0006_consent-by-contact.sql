-- Each contact is a source of its own from now on. Rows with only a connection's name stay until a complete sweep has heard
-- the contacts themselves; for that, pictures that did not change have to be taken in once more.
UPDATE "account_link" SET "fingerprint" = NULL
WHERE "connection" IN (SELECT "source" FROM "consent");
