/**
 * The embedded PostgreSQL, migrations, and the application's role. The only package that knows where the database runs.
 */
@NullMarked
package io.baseload.service.database;

import org.jspecify.annotations.NullMarked;
