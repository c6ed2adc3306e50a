"""Radiographs and photographs: taken in, previewed, tied to teeth and visits."""
