/** What the Manta client asks for by this name. */
@NullMarked
package com.twmacinta.util;

import org.jspecify.annotations.NullMarked;
