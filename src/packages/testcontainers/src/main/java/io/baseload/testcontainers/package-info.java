/** The service's image in tests and during development: a container, and the connection of an application's OpenAI models to it. */
@org.jspecify.annotations.NullMarked
package io.baseload.testcontainers;
