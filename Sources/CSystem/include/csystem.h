/* SPDX-License-Identifier: Apache-2.0 */

/* The C library's allocator, which Embedded Swift cannot import, and what the
 * compiler has for C alone, as inline functions that vanish into their callers.
 */

#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#pragma clang assume_nonnull begin

/* `size` bytes aligned to 16, or NULL. */
static inline void *_Nullable csystem_allocate(ptrdiff_t size)
{
    return malloc((size_t)size);
}

static inline void
csystem_deallocate(void *block)
{
    free(block);
}

/* Ask for the cache line of an address that will be read soon. The address
 * need not be a good one. */
static inline void
csystem_prefetch(const void *_Nullable address)
{
    __builtin_prefetch(address);
}

/* A word that threads may write at once, each what the others write. Relaxed:
 * nothing else is read because of it. */
static inline uint64_t
csystem_load_relaxed(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

static inline void
csystem_store_relaxed(uint64_t *word, uint64_t value)
{
    __atomic_store_n(word, value, __ATOMIC_RELAXED);
}

/* Which of the 16 bytes from `bytes` on are equal to `byte`, the first in the
 * lowest bit. The compiler makes vector instructions of it. */
static inline uint16_t
csystem_equal_bytes(const void *bytes, uint8_t byte)
{
    typedef uint8_t byte_vector __attribute__((ext_vector_type(16)));
    typedef _Bool bit_vector __attribute__((ext_vector_type(16)));
    byte_vector all;
    memcpy(&all, bytes, sizeof all);
    bit_vector equal = __builtin_convertvector(all == byte, bit_vector);
    return __builtin_bit_cast(uint16_t, equal);
}

#pragma clang assume_nonnull end

#endif
