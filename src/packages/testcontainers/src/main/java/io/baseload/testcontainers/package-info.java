/** The service's image in tests and during development: a container, and how the OpenAI models of an application find it. */
@org.jspecify.annotations.NullMarked
package io.baseload.testcontainers;
