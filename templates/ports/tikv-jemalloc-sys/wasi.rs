//! jemalloc's functions, of the memory that libc manages.

use core::ptr;

use libc::{c_char, c_int, c_void, size_t};

use crate::MALLOCX_ZERO;

/// What every block of libc is aligned to.
const ALIGNMENT: usize = 16;

/// The alignment that the flags ask for.
fn alignment(flags: c_int) -> usize {
    1 << (flags & 0x3f)
}

/// Memory of a size, by libc's `malloc`.
pub unsafe extern "C" fn malloc(size: size_t) -> *mut c_void {
    libc::malloc(size)
}

/// Memory of a size, zeroed.
pub unsafe extern "C" fn calloc(number: size_t, size: size_t) -> *mut c_void {
    libc::calloc(number, size)
}

/// Aligned memory of a size.
pub unsafe extern "C" fn posix_memalign(
    ptr: *mut *mut c_void,
    alignment: size_t,
    size: size_t,
) -> c_int {
    libc::posix_memalign(ptr, alignment, size)
}

/// Aligned memory of a size.
pub unsafe extern "C" fn aligned_alloc(alignment: size_t, size: size_t) -> *mut c_void {
    mallocx(size, alignment.trailing_zeros() as c_int)
}

/// The memory with another size.
pub unsafe extern "C" fn realloc(ptr: *mut c_void, size: size_t) -> *mut c_void {
    libc::realloc(ptr, size)
}

/// Gives memory back.
pub unsafe extern "C" fn free(ptr: *mut c_void) {
    libc::free(ptr)
}

/// Gives memory of that size back.
pub unsafe extern "C" fn free_sized(ptr: *mut c_void, _size: size_t) {
    libc::free(ptr)
}

/// Gives memory of that alignment and size back.
pub unsafe extern "C" fn free_aligned_sized(ptr: *mut c_void, _alignment: size_t, _size: size_t) {
    libc::free(ptr)
}

/// Memory of a size, as the flags ask for.
pub unsafe extern "C" fn mallocx(size: size_t, flags: c_int) -> *mut c_void {
    let alignment = alignment(flags);
    let zeroed = flags & MALLOCX_ZERO != 0;
    if alignment <= ALIGNMENT {
        return if zeroed {
            libc::calloc(1, size)
        } else {
            libc::malloc(size)
        };
    }
    let mut block = ptr::null_mut();
    if libc::posix_memalign(&mut block, alignment, size) != 0 {
        return ptr::null_mut();
    }
    if zeroed {
        ptr::write_bytes(block.cast::<u8>(), 0, size);
    }
    block
}

/// The memory with another size, as the flags ask for.
pub unsafe extern "C" fn rallocx(ptr: *mut c_void, size: size_t, flags: c_int) -> *mut c_void {
    let before = malloc_usable_size(ptr);
    if alignment(flags) <= ALIGNMENT && flags & MALLOCX_ZERO == 0 {
        return libc::realloc(ptr, size);
    }
    let block = mallocx(size, flags);
    if !block.is_null() {
        ptr::copy_nonoverlapping(ptr.cast::<u8>(), block.cast::<u8>(), before.min(size));
        libc::free(ptr);
    }
    block
}

/// The size of the memory, which can't be changed in place.
pub unsafe extern "C" fn xallocx(
    ptr: *mut c_void,
    _size: size_t,
    _extra: size_t,
    _flags: c_int,
) -> size_t {
    malloc_usable_size(ptr)
}

/// The size of the memory.
pub unsafe extern "C" fn sallocx(ptr: *const c_void, _flags: c_int) -> size_t {
    malloc_usable_size(ptr)
}

/// Gives memory back.
pub unsafe extern "C" fn dallocx(ptr: *mut c_void, _flags: c_int) {
    libc::free(ptr)
}

/// Gives memory of that size back.
pub unsafe extern "C" fn sdallocx(ptr: *mut c_void, _size: size_t, _flags: c_int) {
    libc::free(ptr)
}

/// What memory of a size takes at least.
pub unsafe extern "C" fn nallocx(size: size_t, _flags: c_int) -> size_t {
    size
}

/// The size of the memory.
pub unsafe extern "C" fn malloc_usable_size(ptr: *const c_void) -> size_t {
    libc::malloc_usable_size(ptr.cast_mut())
}

/// Knows no name.
pub unsafe extern "C" fn mallctl(
    _name: *const c_char,
    _oldp: *mut c_void,
    _oldlenp: *mut size_t,
    _newp: *mut c_void,
    _newlen: size_t,
) -> c_int {
    libc::ENOENT
}

/// Knows no name.
pub unsafe extern "C" fn mallctlnametomib(
    _name: *const c_char,
    _mibp: *mut size_t,
    _miblenp: *mut size_t,
) -> c_int {
    libc::ENOENT
}

/// Knows no name.
pub unsafe extern "C" fn mallctlbymib(
    _mib: *const size_t,
    _miblen: size_t,
    _oldp: *mut c_void,
    _oldpenp: *mut size_t,
    _newp: *mut c_void,
    _newlen: size_t,
) -> c_int {
    libc::ENOENT
}

/// Says that there are no statistics, to who takes them.
pub unsafe extern "C" fn malloc_stats_print(
    write_cb: Option<unsafe extern "C" fn(*mut c_void, *const c_char)>,
    cbopaque: *mut c_void,
    _opts: *const c_char,
) {
    if let Some(write) = write_cb {
        write(cbopaque, b"no statistics: this is not jemalloc\n\0".as_ptr().cast());
    }
}

/// Where messages would go; there are none.
pub static mut malloc_message: Option<
    unsafe extern "C" fn(cbopaque: *mut c_void, s: *const c_char),
> = None;

/// Settings, which nobody reads.
pub static malloc_conf: Option<&'static c_char> = None;
