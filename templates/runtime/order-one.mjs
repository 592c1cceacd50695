const inOrder = (items) => items.map((item) => ({ ...item, needs: [] }));
