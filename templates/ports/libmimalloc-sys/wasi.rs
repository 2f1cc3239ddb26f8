//! mimalloc's functions, of the memory that libc manages.

use core::ffi::{c_int, c_void};
use core::ptr;

extern "C" {
    fn malloc(size: usize) -> *mut c_void;
    fn calloc(number: usize, size: usize) -> *mut c_void;
    fn realloc(ptr: *mut c_void, size: usize) -> *mut c_void;
    fn free(ptr: *mut c_void);
    fn posix_memalign(ptr: *mut *mut c_void, alignment: usize, size: usize) -> c_int;
    fn malloc_usable_size(ptr: *mut c_void) -> usize;
}

/// What every block of libc is aligned to.
const ALIGNMENT: usize = 16;

/// Zeroed memory of a size.
pub unsafe extern "C" fn mi_zalloc(size: usize) -> *mut c_void {
    calloc(1, size)
}

/// Memory of a size.
pub unsafe extern "C" fn mi_malloc(size: usize) -> *mut c_void {
    malloc(size)
}

/// The memory with another size.
pub unsafe extern "C" fn mi_realloc(p: *mut c_void, newsize: usize) -> *mut c_void {
    realloc(p, newsize)
}

/// Zeroed memory of a size and an alignment.
pub unsafe extern "C" fn mi_zalloc_aligned(size: usize, alignment: usize) -> *mut c_void {
    if alignment <= ALIGNMENT {
        return calloc(1, size);
    }
    let block = mi_malloc_aligned(size, alignment);
    if !block.is_null() {
        ptr::write_bytes(block.cast::<u8>(), 0, size);
    }
    block
}

/// Memory of a size and an alignment.
pub unsafe extern "C" fn mi_malloc_aligned(size: usize, alignment: usize) -> *mut c_void {
    if alignment <= ALIGNMENT {
        return malloc(size);
    }
    let mut block = ptr::null_mut();
    match posix_memalign(&mut block, alignment, size) {
        0 => block,
        _ => ptr::null_mut(),
    }
}

/// The memory with another size and an alignment.
pub unsafe extern "C" fn mi_realloc_aligned(
    p: *mut c_void,
    newsize: usize,
    alignment: usize,
) -> *mut c_void {
    if alignment <= ALIGNMENT {
        return realloc(p, newsize);
    }
    let block = mi_malloc_aligned(newsize, alignment);
    if !block.is_null() && !p.is_null() {
        let size = malloc_usable_size(p).min(newsize);
        ptr::copy_nonoverlapping(p.cast::<u8>(), block.cast::<u8>(), size);
        free(p);
    }
    block
}

/// Gives memory back.
pub unsafe extern "C" fn mi_free(p: *mut c_void) {
    free(p)
}
