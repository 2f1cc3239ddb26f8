// Calls the C probe, so that its object is really linked.
unsafe extern "C" {
    fn wasify_probe(text: *const std::ffi::c_char) -> i32;
}

fn main() {
    // SAFETY: the text ends with a zero byte, and the probe only reads it.
    let written = unsafe { wasify_probe(c"probe".as_ptr()) };
    assert!(written > 0);
}
