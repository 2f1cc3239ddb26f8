//! WASI has no locks on files: every attempt fails, and so no guard is ever made.

use std::convert::Infallible;
use std::io;
use std::marker::PhantomData;
use std::ops;
use std::os::fd::AsFd;

#[derive(Debug)]
pub struct RwLock<T: AsFd> {
    inner: T,
}

fn unsupported<G>() -> io::Result<G> {
    Err(io::Error::new(
        io::ErrorKind::Unsupported,
        "files can't be locked on WASI",
    ))
}

impl<T: AsFd> RwLock<T> {
    #[inline]
    pub fn new(inner: T) -> Self {
        RwLock { inner }
    }

    #[inline]
    pub fn write(&mut self) -> io::Result<RwLockWriteGuard<'_, T>> {
        unsupported()
    }

    #[inline]
    pub fn try_write(&mut self) -> io::Result<RwLockWriteGuard<'_, T>> {
        unsupported()
    }

    #[inline]
    pub fn read(&self) -> io::Result<RwLockReadGuard<'_, T>> {
        unsupported()
    }

    #[inline]
    pub fn try_read(&self) -> io::Result<RwLockReadGuard<'_, T>> {
        unsupported()
    }

    #[inline]
    pub fn into_inner(self) -> T
    where
        T: Sized,
    {
        self.inner
    }
}

#[derive(Debug)]
pub struct RwLockReadGuard<'lock, T: AsFd> {
    never: Infallible,
    lock: PhantomData<&'lock RwLock<T>>,
}

impl<T: AsFd> ops::Deref for RwLockReadGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &Self::Target {
        match self.never {}
    }
}

#[derive(Debug)]
pub struct RwLockWriteGuard<'lock, T: AsFd> {
    never: Infallible,
    lock: PhantomData<&'lock mut RwLock<T>>,
}

impl<T: AsFd> ops::Deref for RwLockWriteGuard<'_, T> {
    type Target = T;

    #[inline]
    fn deref(&self) -> &Self::Target {
        match self.never {}
    }
}

impl<T: AsFd> ops::DerefMut for RwLockWriteGuard<'_, T> {
    #[inline]
    fn deref_mut(&mut self) -> &mut Self::Target {
        match self.never {}
    }
}
