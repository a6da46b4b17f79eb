//! The languages of the pages: their catalogues, the choice, and every page and mail in each of them.

mod catalogues;
mod choice;
mod letters;
mod pages;
mod uses;
