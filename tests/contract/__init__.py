"""What a TaskManager says on the wire: recordings of the real service, and servers made after them."""
