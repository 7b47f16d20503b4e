"""The rows of the knowledge base."""

from .articles import Article, ArticleLink, Correction
from .comments import Comment
from .index import SearchDocument, SearchMiss, SearchWord
from .pins import Pin
from .proposals import Proposal
from .redirects import OldSlug
from .revisions import Revision
from .sources import ArchiveCheck, Citation, LinkCheck, Source
from .taxonomy import Category, Tag
from .terms import Mention, Term

__all__ = [
    "ArchiveCheck",
    "Article",
    "ArticleLink",
    "Category",
    "Citation",
    "Comment",
    "Correction",
    "LinkCheck",
    "Mention",
    "OldSlug",
    "Pin",
    "Proposal",
    "Revision",
    "SearchDocument",
    "SearchMiss",
    "SearchWord",
    "Source",
    "Tag",
    "Term",
]
